// Loaded before the first paint, and before all other scripts.
import "./theme.js";
import "./early.js";
