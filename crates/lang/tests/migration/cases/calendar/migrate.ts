import type { Visit as Old } from "../../.antler/versions/0_0";
import type { Visit } from "../datamodels/models";

const DAY = 24 * 60 * 60 * 1000;

/** The zone is UTC, so parts of dates are the same with and without it. */
export default function migrate(visit: Old): Visit {
  const day = new Date(visit.at);
  day.setUTCHours(0, 0, 0, 0);
  const monday = new Date(day.getTime() - ((day.getUTCDay() + 6) % 7) * DAY);
  const quarter = new Date(Date.UTC(visit.at.getUTCFullYear(), Math.floor(visit.at.getUTCMonth() / 3) * 3));
  const moved = new Date(visit.at.getTime());
  moved.setMonth(visit.month | 0, visit.day | 0);
  const other = new Date(visit.at.getTime());
  other.setFullYear(1900 + (visit.year & 255));
  other.setMinutes(visit.hour | 0);
  return {
    id: visit.id,
    day,
    quarter,
    week: monday.getTime() / DAY,
    utc: Date.UTC(visit.year, visit.month, visit.day, visit.hour, visit.day, visit.hour, visit.month),
    local: new Date(visit.year, visit.month).getTime(),
    month: moved.getTime(),
    year: other.getTime(),
  };
}
