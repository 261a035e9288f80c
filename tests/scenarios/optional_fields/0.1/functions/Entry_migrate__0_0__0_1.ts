export default function migrate(event: any) {
  return { ...event, note: event.note ?? "no note", mood: event.mood ?? "no mood" };
}
