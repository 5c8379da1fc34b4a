import "htmx.org";
import "./app.css";
import "./lookup.js";
import "./menus.js";
import "./task.js";
import "./undo.js";
import "./install.js";
import "./mentions.js";
