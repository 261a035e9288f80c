import type { Key } from "antler";

export interface Visit {
  id: Key<string>;
  parsed: Date;
  maybe: Date | null;
  computed?: Date;
}
