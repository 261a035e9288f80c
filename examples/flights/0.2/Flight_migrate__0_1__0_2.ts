import type { Flight as Flight_0_1 } from "../../.antler/versions/0_1";
import type { Flight as Flight_0_2 } from "../../.antler/versions/0_2";

/** Renames, puts together what belongs together, and says how late a flight left. */
export default function migrate(event: Flight_0_1): Flight_0_2 {
  return {
    scheduled: event.scheduled_at,
    carrier: event.carrier,
    number: event.flight,
    tailNumber: event.tailnum,
    route: { origin: event.origin, destination: event.dest, miles: event.distance },
    departed: event.departed_at,
    delayClass:
      event.dep_delay === null ? "cancelled"
      : event.dep_delay < 0 ? "early"
      : event.dep_delay <= 15 ? "on_time"
      : event.dep_delay <= 60 ? "late"
      : "very_late",
    departureDelay: event.dep_delay,
    arrivalDelay: event.arr_delay,
    airTime: event.air_time,
    localTimes: {
      scheduledDeparture: event.sched_dep_minutes,
      departure: event.dep_minutes,
      scheduledArrival: event.sched_arr_minutes,
      arrival: event.arr_minutes,
    },
  };
}
