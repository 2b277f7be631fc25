// Comparing by keyboard: each key presses the button that says the same.

import { onKey } from "./console.js";

const press = (id) => () => document.querySelector(id)?.click();
for (const key of ["1", "ArrowLeft"]) onKey(key, "", press("#left-better"));
for (const key of ["2", "ArrowRight"]) onKey(key, "", press("#right-better"));
onKey("t", "", press("#tie"));
onKey("s", "", press("#skip-pair"));
onKey("b", "", press("#take-pair"));
