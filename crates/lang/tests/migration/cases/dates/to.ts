import type { Key } from "antler";

export interface Visit {
  id: Key<string>;
  at: Date;
  left: Date | null;
  stayed: number | null;
  time: number;
  year: number;
  month: number;
  day: number;
  weekday: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
  iso: string;
  date: string;
  later: boolean;
  nextDay: Date;
}
