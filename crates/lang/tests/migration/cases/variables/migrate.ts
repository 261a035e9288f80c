import type { Reading as Old } from "../../.antler/versions/0_0";
import type { Reading } from "../datamodels/models";

export default function migrate(reading: Old): Reading {
  let celsius = reading.value;
  let quality = "good";
  let note: string | undefined;
  let steps = 0;
  if (reading.unit === "F") {
    celsius -= 32;
    celsius = (celsius * 5) / 9;
    steps++;
  } else if (reading.unit === "K") {
    celsius -= 273.15;
    steps += 2;
  } else if (reading.unit !== "C") {
    quality = `unknown unit ${reading.unit}`;
  }
  switch (reading.note) {
    case null:
      break;
    case "":
      note = "empty";
      break;
    default:
      note = reading.note;
      steps -= 1;
  }
  if (celsius < -273.15) quality = "impossible";
  return { id: reading.id, celsius, quality, steps, note };
}
