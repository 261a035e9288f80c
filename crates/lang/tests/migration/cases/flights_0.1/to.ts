import type { Key } from "antler";

/**
 * A departure from New York in 2013, with proper types. Points in time are UTC; `…_minutes` are
 * minutes since midnight on the clock of the airport; delays and durations are minutes. A flight
 * that never left has no `departed_at`, one that never arrived no `arr_minutes`.
 */
export interface Flight {
  scheduled_at: Key<Date>;
  carrier: Key<string>;
  flight: Key<number>;
  tailnum: string | null;
  origin: string;
  dest: string;
  distance: number;
  departed_at: Date | null;
  sched_dep_minutes: number;
  dep_minutes: number | null;
  dep_delay: number | null;
  sched_arr_minutes: number;
  arr_minutes: number | null;
  arr_delay: number | null;
  air_time: number | null;
}
