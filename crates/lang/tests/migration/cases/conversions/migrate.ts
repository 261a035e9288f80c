import type { Raw as Old } from "../../.antler/versions/0_0";
import type { Raw } from "../datamodels/models";

export default function migrate(raw: Old): Raw {
  const number = Number(raw.text);
  return {
    id: raw.id,
    number,
    plus: +raw.text,
    float: parseFloat(raw.text),
    int: parseInt(raw.text, 10),
    naOrNumber: raw.text === "NA" ? null : number,
    otherNumber: Number(raw.other),
    flagNumber: Number(raw.flag),
    flagText: String(raw.flag),
    isNumeric: raw.text.trim() !== "" && !isNaN(number),
    otherFlag: Boolean(raw.other),
    amountText: raw.amount.toString(),
    roundTrip: Number(String(raw.amount)) === raw.amount,
  };
}
