import { withoutEmpty } from "../functions/shared/lists";

const EDGES = /^[<\s]+|[>\s]+$/g;
const NOT_DIGITS = /[^0-9+]+/g;

export default function tidy(text: string): string {
  return collapse(text.replace(EDGES, "")).toLowerCase();
}

function collapse(text: string): string {
  return withoutEmpty(text.split(" ")).join(" ");
}

export const digits = (text: string): string => text.replace(NOT_DIGITS, "");

/** Nobody asks for it. */
export const random = () => Math.random();
