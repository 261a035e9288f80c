import type { Flight as Flight_0_1 } from "../../.antler/versions/0_1";
import type { Flight } from "../datamodels/models";

/** Renames, puts together what belongs together, and says how late a flight left. */
export default function migrate(old: Flight_0_1): Flight {
  return {
    scheduled: old.scheduled_at,
    carrier: old.carrier,
    number: old.flight,
    tailNumber: old.tailnum,
    route: { origin: old.origin, destination: old.dest, miles: old.distance },
    departed: old.departed_at,
    delayClass:
      old.dep_delay === null ? "cancelled"
      : old.dep_delay < 0 ? "early"
      : old.dep_delay <= 15 ? "on_time"
      : old.dep_delay <= 60 ? "late"
      : "very_late",
    departureDelay: old.dep_delay,
    arrivalDelay: old.arr_delay,
    airTime: old.air_time,
    localTimes: {
      scheduledDeparture: old.sched_dep_minutes,
      departure: old.dep_minutes,
      scheduledArrival: old.sched_arr_minutes,
      arrival: old.arr_minutes,
    },
  };
}
