export default function migrate(event: any) {
  return { ...event, stars: event.note ? 5n : 0n };
}
