import { registerServiceWorker } from "./service_worker.ts";
import { begin } from "./ui/begin.ts";
import { startDevice } from "./ui/device.ts";

begin(startDevice(), registerServiceWorker);
