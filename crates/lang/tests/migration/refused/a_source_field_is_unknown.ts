export default function migrate(event) {
  return { ...event, number: event.numbre };
}
