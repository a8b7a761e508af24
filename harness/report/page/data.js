// The block of data that the report's C++ side wrote into the page. Every number comes from it.
import {byId} from "./elements.js";

export const data = JSON.parse(byId("data").textContent);
