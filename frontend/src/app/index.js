import "htmx.org";
import "./app.css";
import "./lookup.js";
import "./menus.js";
import "./keys.js";
import "./palette.js";
import "./task.js";
import "./undo.js";
