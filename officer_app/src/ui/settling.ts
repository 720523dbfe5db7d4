// Settling a conflict from the pages: what it means for cases is worked out by the form's engine, which is loaded then.

import type { DeviceApi, Saved } from "../worker/api.ts";

/** Settles a conflict by `chosen`, as `DeviceApi.resolve` has it. Throws `VerilapError`. */
export async function settle(
  device: DeviceApi,
  record: string,
  path: string,
  chosen: string,
): Promise<Saved> {
  const said = await device.resolve(record, path, chosen, []);
  if (!("wanted" in said)) return said;
  const { saveEvaluated } = await import("../forms/evaluate.ts");
  return saveEvaluated(
    (evaluated) => device.resolve(record, path, chosen, evaluated),
    (identity) => device.form(identity),
  );
}
