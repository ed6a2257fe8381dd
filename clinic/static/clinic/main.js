// What every page starts.
import { startConnection } from "./connection.js";
import { startCountdown } from "./countdown.js";
import { startDiscarding } from "./draft-store.js";
import { startIdle } from "./idle.js";
import { startPrintLog } from "./print-log.js";
import { startSubmitOnce } from "./submit-once.js";
import { startThemeButton } from "./theme-button.js";
import { startUnsent } from "./unsent.js";
import { startWorker } from "./worker.js";

startThemeButton();
startCountdown();
startConnection();
startDiscarding();
startSubmitOnce();
startIdle();
startPrintLog();
startUnsent();
startWorker();
