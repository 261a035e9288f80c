export default function migrate(event) {
  return { ...event, place: { city: event.text } };
}
