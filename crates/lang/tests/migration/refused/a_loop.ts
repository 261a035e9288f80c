export default function migrate(event) {
  let rest = event.number;
  while (rest > 10) rest -= 10;
  return { ...event, number: rest };
}
