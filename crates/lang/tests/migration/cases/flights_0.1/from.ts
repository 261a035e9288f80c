import type { Key } from "antler";

/**
 * A departure from New York in 2013, as the CSV has it: one row, every column under its own name.
 * A column in which "NA" occurs is text.
 */
export interface Flight {
  year: number;
  month: number;
  day: number;
  dep_time: string;
  sched_dep_time: number;
  dep_delay: string;
  arr_time: string;
  sched_arr_time: number;
  arr_delay: string;
  carrier: Key<string>;
  flight: Key<number>;
  tailnum: string;
  origin: string;
  dest: string;
  air_time: string;
  distance: number;
  hour: number;
  minute: number;
  time_hour: Key<string>;
}
