import type { Key } from "antler";

/** How late a flight left: before its time, up to 15 minutes late, up to an hour, more, never. */
type DelayClass = "early" | "on_time" | "late" | "very_late" | "cancelled";

/** Minutes since midnight, on the clock of the airport. */
interface LocalTimes {
  scheduledDeparture: number;
  departure: number | null;
  scheduledArrival: number;
  arrival: number | null;
}

/** A departure from New York in 2013, with words for names and what belongs together together. */
export interface Flight {
  scheduled: Key<Date>;
  carrier: Key<string>;
  number: Key<number>;
  tailNumber: string | null;
  route: { origin: string; destination: string; miles: number };
  departed: Date | null;
  delayClass: DelayClass;
  departureDelay: number | null;
  arrivalDelay: number | null;
  airTime: number | null;
  localTimes: LocalTimes;
}
