// What every page starts.
import { startContact } from "./connection.js";
import { startCountdown } from "./countdown.js";
import { startIdle } from "./idle.js";
import { startForgetting } from "./draft-store.js";
import { startOnce } from "./submit-once.js";
import { startPrinted } from "./print-log.js";
import { startThemeButton } from "./theme-button.js";

startThemeButton();
startCountdown();
startContact();
startForgetting();
startOnce();
startIdle();
startPrinted();
