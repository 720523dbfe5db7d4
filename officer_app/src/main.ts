import { registerSW } from "virtual:pwa-register";
import { begin } from "./ui/begin.ts";
import { startDevice } from "./ui/device.ts";

begin(startDevice(), registerSW);
