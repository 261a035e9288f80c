import type { Key } from "antler";

export interface Visit {
  id: Key<string>;
  day: Date;
  quarter: Date;
  week: number;
  utc: number;
  local: number;
  month: number;
  year: number;
}
