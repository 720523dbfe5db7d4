// What a sync did, as the pages are told.

import type { SyncOutcome } from "../worker/api.ts";
import { codeForPages, type DeviceError } from "./errors.ts";
import type { SyncReport } from "./report.ts";

/** All that came of a sync and of those that followed it at once; `number` is what the office has yet to type. */
export function outcomeOf(
  reports: readonly SyncReport[],
  error: DeviceError | null,
  number: string | null,
): SyncOutcome {
  const sum = (count: (report: SyncReport) => number) =>
    reports.reduce((total, one) => total + count(one), 0);
  const last = reports.at(-1);
  return {
    isQuiet: error === null && last !== undefined && last.isQuiet && last.files.isDone,
    sent: sum((one) => one.sent),
    received: sum((one) => one.received),
    held: sum((one) => one.verdicts.held),
    filesSent: sum((one) => one.files.sent + one.files.known),
    filesWaiting: last?.files.waiting ?? 0,
    filesForWifi: last?.files.forWifi ?? 0,
    bytesUp: sum((one) => one.traffic.bytesUp),
    bytesDown: sum((one) => one.traffic.bytesDown),
    code: error ? codeForPages(error) : codeOf(last),
    facts: { ...error?.facts, ...(number === null ? {} : { number }) },
  };
}

/** What keeps a sync from being a good one although it came to its end; `src/words/sync.json` says it. */
function codeOf(report: SyncReport | undefined): string | null {
  if (report?.revoked) return "revoked-device";
  return report?.files.code ? `files-${report.files.code}` : null;
}
