import type { Key } from "antler";

export interface Reading {
  sensor: Key<string>;
  number: Key<bigint>;
  value: number;
}
