// The icons the pages use, by their names in @tabler/icons (outline).
export const ICONS = [
  "alert-triangle", "alert-circle", "arrow-right", "arrow-narrow-right", "arrow-left", "award", "ban", "bell", "briefcase",
  "building", "calendar-due", "check", "checks", "chevron-down", "chevron-right", "circle", "circle-check", "circle-dashed",
  "circle-minus", "circle-x", "clock", "clock-pause", "download", "external-link", "eye-off", "file-text", "file-upload",
  "filter", "flag", "folder", "gavel", "hand-grab", "hierarchy-2", "history", "home", "hourglass", "id", "inbox", "info-circle",
  "language", "list-check", "list-search", "lock", "login", "logout", "mail", "maximize", "message", "message-2", "minus",
  "paperclip", "player-play", "player-track-next", "plus", "refresh", "route", "scale", "school", "search", "send", "settings", "shield-check", "sitemap",
  "timeline-event", "tool", "transfer", "trending-down", "trending-up", "upload", "user", "user-check", "user-circle", "users",
  "versions", "x", "zoom-in", "zoom-out",
];
