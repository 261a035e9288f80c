import type { Visit as Old } from "../../.antler/versions/0_0";
import type { Visit } from "../datamodels/models";

export default function migrate(visit: Old): Visit {
  return {
    id: visit.id,
    parsed: new Date(visit.text),
    maybe: visit.other ? new Date(visit.other) : null,
    computed: visit.ms > 0 ? new Date(visit.ms) : undefined,
  };
}
