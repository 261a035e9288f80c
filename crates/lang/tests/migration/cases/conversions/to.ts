import type { Key } from "antler";

export interface Raw {
  id: Key<string>;
  number: number;
  plus: number;
  float: number;
  int: number;
  naOrNumber: number | null;
  otherNumber: number;
  flagNumber: number;
  flagText: string;
  isNumeric: boolean;
  otherFlag: boolean;
  amountText: string;
  roundTrip: boolean;
}
