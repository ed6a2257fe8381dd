// What every page starts.
import { startContact } from "./contact.js";
import { startCountdown } from "./countdown.js";
import { startIdle } from "./idle.js";
import { startForgetting } from "./kept.js";
import { startOnce } from "./once.js";
import { startPrinted } from "./printed.js";
import { startThemeButton } from "./theme-button.js";

startThemeButton();
startCountdown();
startContact();
startForgetting();
startOnce();
startIdle();
startPrinted();
