import type { Visit as Old } from "../../.antler/versions/0_0";
import type { Visit } from "../datamodels/models";

export default function migrate(visit: Old): Visit {
  const parsed = new Date(visit.text);
  return {
    id: visit.id,
    parsed: parsed.getTime(),
    year: parsed.getFullYear(),
    clipped: new Date(visit.ms).getTime(),
    isValid: !isNaN(parsed.getTime()),
    when: isNaN(parsed.getTime()) ? "never" : parsed.toISOString(),
  };
}
