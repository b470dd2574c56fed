import type { Texts } from './en.ts';

/** Finnish. Names are never inflected: a word of our own beside them takes the case ending. */
export const fi: Texts = {
  'app.title': 'Allekirjoita asiakirja',
  'app.loading': 'Avataan asiakirjaa…',

  'environment.test.name': 'TESTI',
  'environment.test.text': 'Allekirjoitukset eivät ole oikeudellisesti sitovia.',

  'frame.language': 'Kieli',
  'frame.menu': 'Valikko',
  'frame.close': 'Sulje',
  'frame.back_to_sender': 'Palaa sivustolle {account}',
  'frame.back_to_document': 'Takaisin asiakirjaan',

  'menu.heading': 'Valikko',
  'menu.contact': 'Ota yhteyttä lähettäjään',
  'menu.document': 'Tietoja asiakirjasta',
  'menu.file_name': 'Tiedosto',
  'menu.size': 'Koko',
  'menu.fingerprint': 'Tiiviste (SHA-256)',
  'menu.download': 'Lataa asiakirja',
  'menu.downloading': 'Ladataan…',
  'menu.download_failed': 'Asiakirjan lataaminen ei onnistunut. Tarkista verkkoyhteys ja yritä uudelleen.',
  'menu.cancel': 'Keskeytä allekirjoittaminen',

  'cancel.heading': 'Keskeytetäänkö allekirjoittaminen?',
  'cancel.body': 'Poistut sivulta allekirjoittamatta. Asiakirja pysyy avoinna, ja voit palata siihen samalla linkillä.',
  'cancel.confirm': 'Keskeytä allekirjoittaminen',
  'cancel.keep': 'Jatka lukemista',
  'life.heading': 'Oletko vielä siellä?',
  'life.body':
    'Sivu sulkeutuu noin kahden minuutin kuluttua, koska täällä ei ole tapahtunut mitään vähään aikaan. Voit jatkaa lukemista niin pitkään kuin haluat.',
  'life.continue': 'Jatka lukemista',
  'life.for_good_heading': 'Aika on loppumassa',
  'life.for_good_body':
    'Sivu on ollut pitkään auki ja sulkeutuu noin kahden minuutin kuluttua. Mitään ei katoa: voit avata sen uudelleen ja allekirjoittaa silloin.',
  'life.understood': 'Ymmärrän',

  'contact.name': 'Nimi',
  'contact.email': 'Sähköposti',
  'contact.phone': 'Puhelin',
  'contact.web': 'Verkkosivut',
  'contact.none': '{account} ei ole antanut yhteystietojaan tässä. Käytä viestiä, jossa sait linkin.',
  'contact.questions': 'Kysyttävää? Ota yhteyttä lähettäjään: {account}.',

  'read.asks': '{account} pyytää sinua lukemaan ja allekirjoittamaan tämän asiakirjan.',
  'read.effort':
    '{pages, plural, one {1 sivu} other {{pages, number} sivua}}. Allekirjoittaminen kestää noin kaksi minuuttia.',
  'read.effort_unknown': 'Allekirjoittaminen kestää noin kaksi minuuttia.',
  'read.document_region': 'Asiakirja: {title}',
  'read.page': 'Sivu {page, number}/{pages, number}',
  'read.page_without_text': 'Tämä sivu on kuva, jossa ei ole luettavaa tekstiä.',
  'read.opening_pages': 'Avataan sivuja…',
  'read.bar': 'Allekirjoitus',
  'read.continue': 'Allekirjoita',
  'read.zoom_in': 'Suurenna',
  'read.zoom_out': 'Pienennä',
  'read.fit_width': 'Sovita leveyteen',
  'read.zoom_now': 'Suurennus {percent, number} prosenttia',
  'read.show_source': 'Näytä lähdeteksti',
  'read.show_document': 'Näytä asiakirja',
  'read.reduced':
    'Kaikkea asiakirjan sisältöä ei voi näyttää tässä, esimerkiksi komentosarjoja tai muualla olevia kuvia. Allekirjoitat asiakirjan sellaisena kuin se lähetettiin. Voit katsoa lähdetekstiä tai ladata asiakirjan.',
  'read.failed': 'Asiakirjaa ei voitu näyttää tässä.',
  'read.failed_next': 'Yritä uudelleen, tai lataa asiakirja ja lue se toisella ohjelmalla.',
  'read.retry': 'Yritä uudelleen',

  'attachment.position': 'Liite {number, number}/{count, number}',
  'attachment.asks_to_open': '{account} pyytää sinua katsomaan tämän ennen allekirjoittamista.',
  'attachment.asks_to_read': '{account} pyytää sinua lukemaan tämän loppuun ennen allekirjoittamista.',
  'attachment.asks_to_sign':
    '{account} pyytää sinua allekirjoittamaan tämän asiakirjan ohella. Yksi allekirjoitus kattaa molemmat.',
  'attachment.effort':
    '{pages, plural, one {1 sivu} other {{pages, number} sivua}}. Allekirjoitettava asiakirja tulee tämän jälkeen.',
  'attachment.effort_unknown': 'Allekirjoitettava asiakirja tulee tämän jälkeen.',
  'attachment.bar': 'Liite',
  'attachment.read': 'Olen lukenut ja ymmärtänyt tämän liitteen',
  'attachment.read_first': 'Lue loppuun, niin voit jatkaa.',
  'attachment.continue': 'Jatka',

  'remark.left_eid': 'Palasit ennen kuin olit allekirjoittanut. Mitään ei ole allekirjoitettu.',
  'remark.no_connection':
    'Verkkoyhteyttä ei ole juuri nyt, joten mitään ei käynnistetty. Tarkista yhteys ja yritä uudelleen.',
  'remark.dismiss': 'Poista ilmoitus',

  'choose.heading': 'Miten haluat allekirjoittaa?',
  'choose.greeting': 'Hei {name}! Valitse tunnistustapa.',
  'choose.greeting_unknown': 'Valitse tunnistustapa.',
  'choose.no_bankid_netcentric': 'Norjalaisen pankin tunnuksilla, puhelimella tai tunnuslukulaitteella',
  'choose.any_eid': 'Allekirjoita tällä tunnistustavalla',

  'hand_over.heading': 'Avataan palvelua {method}…',
  'hand_over.body': 'Allekirjoitat palvelussa {method}. Sen jälkeen palaat tänne.',
  'hand_over.window_heading': 'Jatka palvelun {method} ikkunassa',
  'hand_over.blocked_heading': 'Palvelu {method} avataan omaan ikkunaansa',
  'hand_over.window_body':
    'Allekirjoitat palvelussa {method} uudessa ikkunassa. Jätä tämä sivu auki. Se jatkaa itsestään, kun olet valmis.',
  'hand_over.open': 'Avaa {method}',
  'hand_over.open_again': 'Avaa ikkuna uudelleen',

  'sealing.heading': 'Sinetöidään allekirjoitusta…',
  'sealing.body':
    'Tarkistamme tunnistuspalvelun vastauksen ja liitämme sen asiakirjaan. Tämä kestää muutaman sekunnin. Pidä sivu auki.',

  'signed.heading': 'Allekirjoitettu.',
  'signed.body': 'Olet allekirjoittanut asiakirjan ”{title}”.',
  'signed.who': 'Nimi',
  'signed.when': 'Ajankohta',
  'signed.how': 'Tapa',
  'signed.sender': 'Lähettäjä',
  'signed.remaining':
    '{count, plural, =0 {Kaikki ovat allekirjoittaneet.} one {Yksi henkilö ei ole vielä allekirjoittanut.} other {{count, number} henkilöä ei ole vielä allekirjoittanut.}}',
  'signed.remaining_term': 'Muut',
  'signed.download': 'Lataa oma kappaleesi',
  'signed.downloading': 'Ladataan…',
  'signed.preparing': 'Valmistellaan kappalettasi…',
  'signed.ready': 'Kappaleesi on valmis.',
  'signed.late':
    'Kappaleesi valmistelu kestää tavallista kauemmin. Allekirjoituksesi on tallessa, ja {account} voi myös lähettää sen sinulle.',
  'signed.check_again': 'Tarkista uudelleen',
  'signed.copy_later': '{account} voi lähettää sinulle kappaleen, kun kaikki ovat allekirjoittaneet.',
  'signed.close': 'Voit nyt sulkea tämän sivun.',

  'stop.waiting_for_attachments.heading': 'Lähettäjä valmistelee vielä',
  'stop.waiting_for_attachments.body':
    '{account} ei ole vielä lisännyt kaikkea. Sivu tarkistaa tilanteen itse, joten voit jättää sen auki.',
  'stop.not_your_turn.heading': 'Vuorosi ei ole vielä tullut',
  'stop.not_your_turn.body':
    'Joku toinen allekirjoittaa ennen sinua. Sivu tarkistaa tilanteen itse, tai voit palata myöhemmin samalla linkillä.',
  'stop.completed_without_you.heading': 'Allekirjoitustasi ei enää tarvita',
  'stop.completed_without_you.body': 'Riittävän moni muu on allekirjoittanut, joten asiakirja on valmis ilman sinua.',
  'stop.expired.heading': 'Allekirjoitusaika on päättynyt',
  'stop.expired.body':
    'Asiakirjaa ei voi enää allekirjoittaa. Jos haluat yhä allekirjoittaa, pyydä uusi asiakirja lähettäjältä: {account}.',
  'stop.canceled.heading': 'Lähettäjä on perunut asiakirjan',
  'stop.canceled.body': '{account} on perunut asiakirjan. Sinun ei tarvitse tehdä mitään.',
  'stop.unknown_link.heading': 'Tämä linkki ei toimi',
  'stop.unknown_link.body': 'Tarkista, että linkki on kopioitu kokonaan, tai pyydä lähettäjältä uusi.',
  'stop.open_link_again.heading': 'Avaa linkki uudelleen',
  'stop.open_link_again.body':
    'Turvallisuussyistä sivu toimii vain siinä välilehdessä, jossa avasit sen. Käytä saamassasi viestissä olevaa linkkiä.',
  'stop.session_ended.heading': 'Istuntosi on päättynyt',
  'stop.session_ended.body':
    'Täällä ei tapahtunut mitään vähään aikaan, joten suljimme asiakirjan. Mitään tekemääsi ei ole kadonnut. (SA-1017)',
  'stop.session_ended.action': 'Aloita uudelleen',
  'stop.maintenance.heading': 'Palaamme pian',
  'stop.maintenance.body': 'Palvelua huolletaan. Sivu yrittää itse uudelleen.',
  'stop.maintenance.action': 'Yritä nyt',
  'stop.canceled_by_you.heading': 'Keskeytit allekirjoittamisen',
  'stop.canceled_by_you.body': 'Mitään ei ole allekirjoitettu. Asiakirja on yhä avoinna, ja linkkisi toimii.',
  'stop.canceled_by_you.action': 'Jatka allekirjoittamista',
  'stop.eid_window.heading': 'Voit sulkea tämän ikkunan',
  'stop.eid_window.body': 'Palaa sivulle, jolla aloitit allekirjoittamisen. Se jatkaa itsestään.',

  'failed.heading': 'Jokin meni vikaan',
  'failed.heading_eid': 'Allekirjoitus jäi kesken',
  'failed.nothing_signed': 'Mitään ei ole allekirjoitettu.',
  'failed.SA-1000': 'Asiakirjaa ei voitu avata. Tarkista verkkoyhteys ja yritä uudelleen.',
  'failed.SA-1001': 'Tätä allekirjoitustapaa ei enää tarjota asiakirjalle. Ilmoita asiasta lähettäjälle.',
  'failed.SA-1009': 'Sivu ei pysty näyttämään tällaista asiakirjaa. Ilmoita asiasta lähettäjälle.',
  'failed.SA-1011': 'Tätä asiakirjaa ei voi enää allekirjoittaa millään tavalla. Ilmoita asiasta lähettäjälle.',
  'failed.SA-1012': 'Tunnistuspalvelu ei voinut vahvistaa allekirjoitusta. Voit yrittää uudelleen.',
  'failed.SA-1013': 'Palveluun ei saatu yhteyttä. Tarkista verkkoyhteys ja yritä uudelleen.',
  'failed.SA-1014': 'Tunnistuspalvelua ei voitu käynnistää. Se voi olla ruuhkautunut. Yritä hetken kuluttua uudelleen.',
  'failed.SA-1015': 'Mukana lähetettiin jotain, mitä sivu ei pysty näyttämään. Ilmoita asiasta lähettäjälle.',
  'failed.SA-1017': 'Toiminto kesti liian kauan ja keskeytettiin. Voit yrittää uudelleen.',
  'failed.SA-1028': 'Tunnistautunut henkilö ei ole se, jolle asiakirja lähetettiin.',
  'failed.SA-1029': 'Liitteen hyväksymistä ei voitu tallentaa. Voit yrittää uudelleen.',
  'failed.other': 'Vaihetta ei voitu viedä loppuun. Voit yrittää uudelleen.',
  'failed.no_answer':
    'Emme vielä tiedä, tallentuiko allekirjoituksesi. Tarkista se yrittämällä uudelleen. Allekirjoitusta ei tehdä kahdesti.',
  'failed.eid_says': 'Tunnistuspalvelu ilmoittaa: {message}',
  'failed.try_again': 'Yritä uudelleen',
  'failed.leave': 'Poistu allekirjoittamatta',
  'failed.code': 'Virhekoodi',
  'failed.eid_code': 'Tunnistuspalvelun koodi',
  'failed.request': 'Pyyntö',
};
