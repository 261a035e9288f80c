export default function migrate(event) {
  return { ...event, number: event.maybe, text: event.optional };
}
