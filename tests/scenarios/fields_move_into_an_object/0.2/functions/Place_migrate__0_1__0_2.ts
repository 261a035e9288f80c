export default function migrate(event: any) {
  return { id: event.id, latitude: event.at.lat, longitude: event.at.lon };
}
