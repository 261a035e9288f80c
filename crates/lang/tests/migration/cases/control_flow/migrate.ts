import type { Flight as Old } from "../../.antler/versions/0_0";
import type { Flight } from "../datamodels/models";

const LONG = 1000;

/** Leaves out flights without a carrier, and refuses those that cannot be. */
export default function migrate(flight: Old): Flight | null {
  if (!flight.carrier.trim()) return null;
  if (flight.miles < 0) {
    throw new Error(`flight ${flight.id} goes ${flight.miles} miles`);
  }
  const { delay } = flight;
  const size = flight.miles > LONG ? "long" : flight.miles > 300 ? "medium" : "short";
  const base = { id: flight.id, size } as const;
  if (delay === null) {
    return { ...base, delayed: false, grade: "?", points: 0 };
  } else if (delay > 60) {
    const points = -delay;
    if (delay > 500) throw new RangeError("too late");
    return { ...base, delayed: true, grade: "D", points };
  }
  switch (flight.class) {
    case "early":
    case "on_time": {
      const points = delay * 2;
      if (points < -100) break;
      return { ...base, delayed: false, grade: "A", points };
    }
    case "late":
      return { ...base, delayed: true, grade: "B", points: delay };
  }
  return { ...base, delayed: delay > 0, grade: "C", points: 1 };
}
