import "htmx.org";
import "./app.css";
import "./lookup.js";
import "./menus.js";
import "./keys.js";
import "./palette.js";
