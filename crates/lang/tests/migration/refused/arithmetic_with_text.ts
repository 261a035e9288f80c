export default function migrate(event) {
  return { ...event, number: event.text * 2 };
}
