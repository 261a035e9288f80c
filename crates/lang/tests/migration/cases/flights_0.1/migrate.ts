import type { Flight as Flight_0_0 } from "../../.antler/versions/0_0";
import type { Flight } from "../datamodels/models";

/** Gives every column its type: points in time, numbers, and null for "NA". */
export default function migrate(old: Flight_0_0): Flight {
  // The hour is UTC already; the delay is what tells a flight after midnight from one before.
  const scheduled = new Date(old.time_hour).getTime() + old.minute * 60_000;
  const delay = Number(old.dep_delay);
  // 517 is 5:17, and 2400 is midnight.
  const departure = Number(old.dep_time);
  const arrival = Number(old.arr_time);
  return {
    scheduled_at: new Date(scheduled),
    carrier: old.carrier,
    flight: old.flight,
    tailnum: old.tailnum === "NA" ? null : old.tailnum,
    origin: old.origin,
    dest: old.dest,
    distance: old.distance,
    departed_at: old.dep_delay === "NA" ? null : new Date(scheduled + delay * 60_000),
    sched_dep_minutes: Math.floor(old.sched_dep_time / 100) * 60 + (old.sched_dep_time % 100),
    dep_minutes: old.dep_time === "NA" ? null : (Math.floor(departure / 100) * 60 + (departure % 100)) % 1440,
    dep_delay: old.dep_delay === "NA" ? null : delay,
    sched_arr_minutes: Math.floor(old.sched_arr_time / 100) * 60 + (old.sched_arr_time % 100),
    arr_minutes: old.arr_time === "NA" ? null : (Math.floor(arrival / 100) * 60 + (arrival % 100)) % 1440,
    arr_delay: old.arr_delay === "NA" ? null : Number(old.arr_delay),
    air_time: old.air_time === "NA" ? null : Number(old.air_time),
  };
}
