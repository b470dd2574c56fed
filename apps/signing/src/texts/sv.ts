import type { Texts } from './en.ts';

/** Swedish. */
export const sv: Texts = {
  'app.title': 'Skriv under ett dokument',
  'app.loading': 'Öppnar dokumentet …',

  'environment.test.name': 'TEST',
  'environment.test.text': 'Underskrifter här har ingen rättsverkan.',

  'frame.language': 'Språk',
  'frame.menu': 'Meny',
  'frame.close': 'Stäng',
  'frame.back_to_sender': 'Tillbaka till {account}',
  'frame.back_to_document': 'Tillbaka till dokumentet',

  'menu.heading': 'Meny',
  'menu.contact': 'Kontakta avsändaren',
  'menu.document': 'Om dokumentet',
  'menu.file_name': 'Filnamn',
  'menu.size': 'Storlek',
  'menu.fingerprint': 'Fingeravtryck (SHA-256)',
  'menu.download': 'Ladda ner dokumentet',
  'menu.downloading': 'Laddar ner …',
  'menu.download_failed': 'Det gick inte att ladda ner dokumentet. Kontrollera din anslutning och försök igen.',
  'menu.cancel': 'Avbryt underskriften',

  'cancel.heading': 'Vill du avbryta?',
  'cancel.body':
    'Du lämnar sidan utan att skriva under. Dokumentet är fortfarande öppet, och du kan komma tillbaka med samma länk.',
  'cancel.confirm': 'Avbryt underskriften',
  'cancel.keep': 'Läs vidare',
  'life.heading': 'Är du kvar?',
  'life.body':
    'Sidan stängs om ungefär två minuter eftersom inget har hänt här på ett tag. Du kan läsa vidare så länge du vill.',
  'life.continue': 'Läs vidare',
  'life.for_good_heading': 'Tiden håller på att ta slut här',
  'life.for_good_body':
    'Sidan har varit öppen länge och stängs om ungefär två minuter. Inget går förlorat: du kan öppna den igen och skriva under då.',
  'life.understood': 'Jag förstår',

  'contact.name': 'Namn',
  'contact.email': 'E-post',
  'contact.phone': 'Telefon',
  'contact.web': 'Webbplats',
  'contact.none': '{account} har inte angett några kontaktuppgifter här. Använd meddelandet där du fick länken.',
  'contact.questions': 'Har du frågor? Kontakta {account}.',

  'read.asks': '{account} ber dig läsa och skriva under det här dokumentet.',
  'read.effort':
    '{pages, plural, one {1 sida} other {{pages, number} sidor}}. Det tar ungefär två minuter att skriva under.',
  'read.effort_unknown': 'Det tar ungefär två minuter att skriva under.',
  'read.document_region': 'Dokumentet {title}',
  'read.page': 'Sida {page, number} av {pages, number}',
  'read.page_without_text': 'Den här sidan är en bild utan läsbar text.',
  'read.opening_pages': 'Öppnar sidorna …',
  'read.bar': 'Underskrift',
  'read.continue': 'Gå till underskrift',
  'read.zoom_in': 'Zooma in',
  'read.zoom_out': 'Zooma ut',
  'read.fit_width': 'Anpassa till bredden',
  'read.zoom_now': 'Zoom {percent, number} procent',
  'read.show_source': 'Visa källtexten',
  'read.show_document': 'Visa dokumentet',
  'read.reduced':
    'Delar av dokumentet kan inte visas här, till exempel skript eller bilder som ligger på andra ställen. Du skriver under dokumentet så som det skickades. Du kan titta på källtexten eller ladda ner dokumentet.',
  'read.failed': 'Dokumentet kunde inte visas här.',
  'read.failed_next': 'Försök igen, eller ladda ner det och läs det i ett annat program.',
  'read.retry': 'Försök igen',

  'attachment.position': 'Bilaga {number, number} av {count, number}',
  'attachment.asks_to_open': '{account} ber dig titta på det här innan du skriver under.',
  'attachment.asks_to_read': '{account} ber dig läsa det här till slutet innan du skriver under.',
  'attachment.asks_to_sign':
    '{account} ber dig skriva under det här tillsammans med dokumentet. Du skriver under en gång för båda.',
  'attachment.effort':
    '{pages, plural, one {1 sida} other {{pages, number} sidor}}. Dokumentet som ska skrivas under kommer efteråt.',
  'attachment.effort_unknown': 'Dokumentet som ska skrivas under kommer efteråt.',
  'attachment.bar': 'Bilaga',
  'attachment.read': 'Jag har läst och förstått den här bilagan',
  'attachment.read_first': 'Läs till slutet för att gå vidare.',
  'attachment.continue': 'Fortsätt',

  'remark.left_eid': 'Du kom tillbaka innan du hade skrivit under. Ingenting är underskrivet.',
  'remark.no_connection':
    'Det finns ingen anslutning just nu, så ingenting startades. Kontrollera ditt nätverk och försök igen.',
  'remark.dismiss': 'Ta bort meddelandet',

  'choose.heading': 'Hur vill du skriva under?',
  'choose.greeting': 'Hej {name}! Välj vilken e-legitimation du vill använda.',
  'choose.greeting_unknown': 'Välj vilken e-legitimation du vill använda.',
  'choose.no_bankid_netcentric': 'Med din norska bank, i mobilen eller med koddosa',
  'choose.any_eid': 'Skriv under med den här e-legitimationen',

  'hand_over.heading': 'Öppnar {method} …',
  'hand_over.body': 'Du skriver under på sidan för {method}. Sedan kommer du tillbaka hit.',
  'hand_over.window_heading': 'Fortsätt i fönstret för {method}',
  'hand_over.blocked_heading': '{method} behöver ett eget fönster',
  'hand_over.window_body':
    'Du skriver under med {method} i ett nytt fönster. Låt den här sidan vara öppen. Den går vidare av sig själv när du är klar där.',
  'hand_over.open': 'Öppna {method}',
  'hand_over.open_again': 'Öppna fönstret igen',

  'sealing.heading': 'Förseglar din underskrift …',
  'sealing.body':
    'Vi kontrollerar svaret från din e-legitimation och låser det till dokumentet. Det tar några sekunder, så låt sidan vara öppen.',

  'signed.heading': 'Underskrivet.',
  'signed.body': 'Du har skrivit under ”{title}”.',
  'signed.who': 'Namn',
  'signed.when': 'Tidpunkt',
  'signed.how': 'Metod',
  'signed.sender': 'Avsändare',
  'signed.remaining':
    '{count, plural, =0 {Alla har skrivit under.} one {En person har inte skrivit under än.} other {{count, number} personer har inte skrivit under än.}}',
  'signed.remaining_term': 'Övriga',
  'signed.download': 'Ladda ner ditt exemplar',
  'signed.downloading': 'Laddar ner …',
  'signed.preparing': 'Förbereder ditt exemplar …',
  'signed.ready': 'Ditt exemplar är klart.',
  'signed.late':
    'Det tar längre tid än vanligt att förbereda ditt exemplar. Din underskrift är sparad, och {account} kan också skicka exemplaret till dig.',
  'signed.check_again': 'Kontrollera igen',
  'signed.copy_later': '{account} kan skicka ett exemplar till dig när alla har skrivit under.',
  'signed.close': 'Du kan stänga sidan nu.',

  'stop.waiting_for_attachments.heading': 'Avsändaren är inte riktigt klar',
  'stop.waiting_for_attachments.body':
    '{account} har inte lagt till allt än. Sidan kontrollerar själv igen, så du kan låta den vara öppen.',
  'stop.not_your_turn.heading': 'Det är inte din tur än',
  'stop.not_your_turn.body':
    'Någon annan ska skriva under före dig. Sidan kontrollerar själv igen, eller så kommer du tillbaka senare med samma länk.',
  'stop.completed_without_you.heading': 'Din underskrift behövs inte längre',
  'stop.completed_without_you.body': 'Tillräckligt många andra har skrivit under, så dokumentet är klart utan dig.',
  'stop.expired.heading': 'Tiden för att skriva under har gått ut',
  'stop.expired.body':
    'Det går inte längre att skriva under dokumentet. Be {account} om ett nytt om du fortfarande vill skriva under.',
  'stop.canceled.heading': 'Avsändaren har återkallat dokumentet',
  'stop.canceled.body': '{account} har återkallat dokumentet. Du behöver inte göra något.',
  'stop.unknown_link.heading': 'Länken fungerar inte',
  'stop.unknown_link.body': 'Kontrollera att du fick med hela länken, eller be avsändaren om en ny.',
  'stop.open_link_again.heading': 'Öppna länken igen',
  'stop.open_link_again.body':
    'Av säkerhetsskäl fungerar sidan bara i fliken där du öppnade den. Använd länken i meddelandet som du fick.',
  'stop.session_ended.heading': 'Din session har avslutats',
  'stop.session_ended.body':
    'Det hände ingenting här på ett tag, så vi stängde dokumentet. Inget av det du har gjort har gått förlorat. (SA-1017)',
  'stop.session_ended.action': 'Börja om',
  'stop.maintenance.heading': 'Vi är snart tillbaka',
  'stop.maintenance.body': 'Underhåll av tjänsten pågår. Sidan försöker själv igen.',
  'stop.maintenance.action': 'Försök nu',
  'stop.canceled_by_you.heading': 'Du avbröt underskriften',
  'stop.canceled_by_you.body': 'Ingenting är underskrivet. Dokumentet är fortfarande öppet och din länk fungerar.',
  'stop.canceled_by_you.action': 'Fortsätt skriva under',
  'stop.eid_window.heading': 'Du kan stänga det här fönstret',
  'stop.eid_window.body': 'Gå tillbaka till sidan där du började skriva under. Den går vidare av sig själv.',

  'failed.heading': 'Något gick fel',
  'failed.heading_eid': 'Underskriften slutfördes inte',
  'failed.nothing_signed': 'Ingenting är underskrivet.',
  'failed.SA-1000': 'Dokumentet kunde inte öppnas. Kontrollera din anslutning och försök igen.',
  'failed.SA-1001': 'Det här sättet att skriva under erbjuds inte längre för dokumentet. Meddela avsändaren.',
  'failed.SA-1009': 'Sidan kan inte visa dokument av den här typen. Meddela avsändaren.',
  'failed.SA-1011': 'Det finns inget sätt kvar att skriva under dokumentet. Meddela avsändaren.',
  'failed.SA-1012': 'Din e-legitimation kunde inte bekräfta underskriften. Du kan försöka igen.',
  'failed.SA-1013': 'Det gick inte att nå tjänsten. Kontrollera din anslutning och försök igen.',
  'failed.SA-1014': 'Det gick inte att starta e-legitimationen. Den kan vara upptagen, så försök igen om en stund.',
  'failed.SA-1015': 'Något skickades med som sidan inte kan visa. Meddela avsändaren.',
  'failed.SA-1017': 'Det tog för lång tid och avbröts. Du kan försöka igen.',
  'failed.SA-1028': 'Personen som legitimerade sig är inte den som dokumentet skickades till.',
  'failed.SA-1029': 'Det gick inte att spara att du godkände bilagan. Du kan försöka igen.',
  'failed.other': 'Steget kunde inte slutföras. Du kan försöka igen.',
  'failed.no_answer':
    'Vi vet ännu inte om din underskrift sparades. Försök igen för att ta reda på det. Den görs inte två gånger.',
  'failed.eid_says': 'E-legitimationen meddelar: {message}',
  'failed.try_again': 'Försök igen',
  'failed.leave': 'Lämna utan att skriva under',
  'failed.code': 'Felkod',
  'failed.eid_code': 'Kod från e-legitimationen',
  'failed.request': 'Begäran',
};
