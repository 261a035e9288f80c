import type { Flight as Flight_0_0 } from "../../.antler/versions/0_0";
import type { Flight as Flight_0_1 } from "../../.antler/versions/0_1";

/** Gives every column its type: points in time, numbers, and null for "NA". */
export default function migrate(event: Flight_0_0): Flight_0_1 {
  // time_hour is the start of the hour, in UTC. A departure is the scheduled time and the delay:
  // dep_time alone does not tell the day.
  const scheduled = new Date(event.time_hour).getTime() + event.minute * 60_000;
  const delay = Number(event.dep_delay);
  // 517 is 5:17, and 2400 is midnight.
  const departure = Number(event.dep_time);
  const arrival = Number(event.arr_time);
  return {
    scheduled_at: new Date(scheduled),
    carrier: event.carrier,
    flight: event.flight,
    tailnum: event.tailnum === "NA" ? null : event.tailnum,
    origin: event.origin,
    dest: event.dest,
    distance: event.distance,
    departed_at: event.dep_delay === "NA" ? null : new Date(scheduled + delay * 60_000),
    sched_dep_minutes: Math.floor(event.sched_dep_time / 100) * 60 + (event.sched_dep_time % 100),
    dep_minutes: event.dep_time === "NA" ? null : (Math.floor(departure / 100) * 60 + (departure % 100)) % 1440,
    dep_delay: event.dep_delay === "NA" ? null : delay,
    sched_arr_minutes: Math.floor(event.sched_arr_time / 100) * 60 + (event.sched_arr_time % 100),
    arr_minutes: event.arr_time === "NA" ? null : (Math.floor(arrival / 100) * 60 + (arrival % 100)) % 1440,
    arr_delay: event.arr_delay === "NA" ? null : Number(event.arr_delay),
    air_time: event.air_time === "NA" ? null : Number(event.air_time),
  };
}
