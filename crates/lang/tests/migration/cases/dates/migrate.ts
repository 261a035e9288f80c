import type { Visit as Old } from "../../.antler/versions/0_0";
import type { Visit } from "../datamodels/models";

const DAY = 24 * 60 * 60 * 1000;

export default function migrate(visit: Old): Visit {
  return {
    id: visit.id,
    at: visit.at,
    left: visit.left,
    stayed: visit.left === null ? null : visit.left.getTime() - visit.at.getTime(),
    time: +visit.at,
    year: visit.at.getUTCFullYear(),
    month: visit.at.getUTCMonth() + 1,
    day: visit.at.getUTCDate(),
    weekday: visit.at.getUTCDay(),
    hour: visit.at.getUTCHours(),
    minute: visit.at.getMinutes(),
    second: visit.at.getUTCSeconds(),
    millisecond: visit.at.getMilliseconds(),
    iso: visit.at.toISOString(),
    date: visit.at.toISOString().slice(0, 10),
    later: visit.left !== null && visit.left > visit.at,
    nextDay: new Date(visit.at.getTime() + DAY),
  };
}
