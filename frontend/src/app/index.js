import "htmx.org";
import "./app.css";
import "./lookup.js";
import "./menus.js";
import "./install.js";
import "./mentions.js";
