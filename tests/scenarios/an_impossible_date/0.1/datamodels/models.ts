import type { Key } from "antler";

export interface Visit {
  id: Key<string>;
  day: Date;
}
