import type { Trip as Old } from "../../.antler/versions/0_0";
import type { Trip } from "../datamodels/models";

export default function migrate(trip: Old): Trip {
  let total = 0;
  let longest: string | null = null;
  let most = -Infinity;
  let last: Date | undefined;
  const cities: string[] = [];
  for (const { city, minutes, at } of trip.stops) {
    if (city === "NA") throw new Error(`no city in ${trip.id} after ${total} minutes`);
    if (minutes < 0) continue;
    total += minutes;
    if (minutes > most) {
      most = minutes;
      longest = city;
    }
    if (last === undefined || at > last) last = at;
    if (!cities.includes(city)) cities.push(city);
  }

  let upTo = 0;
  for (const limit of trip.limits) {
    if (limit > 100) break;
    upTo += limit;
  }

  const short: string[] = [];
  let firstLong = -1;
  for (let i = 0; i < trip.tags.length; i++) {
    const tag = trip.tags[i] ?? "";
    switch (tag.length) {
      case 0:
        continue;
      case 1:
        short.push(tag, String(i));
        break;
      default:
        if (firstLong < 0) firstLong = i;
    }
  }

  const pairs: string[] = [];
  for (const tag of trip.tags) {
    for (const limit of trip.limits) {
      if (limit < 0) break;
      pairs.push(`${tag}${limit}`);
    }
  }
  return { id: trip.id, total, cities, longest, upTo, short, pairs, firstLong, last };
}
