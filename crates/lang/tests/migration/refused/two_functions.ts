export function one(event) {
  return event;
}

export function two(event) {
  return event;
}
