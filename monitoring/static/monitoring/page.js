// What every page starts.
import { startContact } from "./contact.js";
import { startCountdown } from "./countdown.js";
import { startDrafts } from "./draft.js";
import { startIdle } from "./idle.js";
import { startOnce } from "./once.js";
import { startPin } from "./pin.js";
import { startThemeButton } from "./theme-button.js";
import { startWakeLock } from "./wake.js";

startThemeButton();
startCountdown();
startContact();
startDrafts();
startOnce();
startIdle();
startPin();
startWakeLock();
