import type { Key } from "antler";

export interface Visit {
  id: Key<string>;
  at: Date;
  year: number;
  month: number;
  day: number;
  hour: number;
}
