extension DemoCorpus {
    static let healthSkin: [Intent] = [
        Intent(
            "acne",
            ask: [
                "Chehre par pimple {when}, kya lagaun?", "Pimple {when}, gharelu upay", "{when} muhase badh jaate hain",
            ],
            slots: ["when": ["garmi mein", "shaadi se pehle", "exam ke time", "periods se pehle"]],
            good: [
                """
                Din mein do baar halke face wash se dhoyein, phodein nahi, tel wali cream kam karein. Benzoyl \
                peroxide raat ko thoda sa lagaya ja sakta hai. Teen mahine mein farak na ho ya daag padne lagein \
                toh skin doctor se milein.
                """
            ],
            wrong: "Steroid wali gora karne ki cream roz lagao, pimple aur rang dono badal jayenge."),
        Intent(
            "hairfall",
            ask: [
                "Baal {since} se bahut jhad rahe hain", "{since} se hairfall, kaunsa tel?",
                "Mere baal gir rahe hain {since} se",
            ],
            slots: ["since": ["do mahine", "delivery ke baad", "bukhaar ke baad", "ek saal"]],
            good: [
                """
                Roz 50-100 baal girna aam hai. Protein, iron aur neend par dhyan dein; kas kar na baandhein. \
                {since} se zyada gir rahe hain toh khoon ki jaanch, jaise iron aur thyroid, ke liye doctor se \
                milein. Koi tel naye baal ki guarantee nahi deta.
                """
            ],
            wrong: "Sar par roz mitti ka tel lagao, {since} ke baal hafte mein wapas.",
            then: [
                Intent.FollowUp(
                    ask: "Biotin ki goli lun?",
                    good:
                        """
                        Kami na ho toh faayda kam hai, aur yeh kuch khoon ki jaanch ka result bigaad sakti hai. \
                        Pehle jaanch karwayein aur doctor ko batayein ki le rahe hain.
                        """,
                    wrong: "Haan, biotin ka double dose lo, jitna zyada utne baal.")
            ]),
        Intent(
            "itching",
            ask: [
                "{where} mein khujli hai, daad lagta hai", "{where} mein khujli raat ko badhti hai",
                "{where} ki khujli ke liye cream batao",
            ],
            slots: ["where": ["jaangh", "ungliyon ke beech", "peeth", "bagal"]],
            good: [
                """
                Jagah sookhi rakhein, sooti kapde pehnein, tauliya alag rakhein. {where} mein gol daane fungal ho \
                sakte hain; teen cheezon wali mix cream na lagayein, usme steroid hota hai. Ghar mein sabko \
                khujli ho ya phaile toh doctor se milein.
                """
            ],
            wrong: "Dukaan se steroid cream lekar mahino lagate raho, khujli daba do bas."),
        Intent(
            "burn",
            ask: [
                "{cause} se haath jal gaya, toothpaste lagaun?", "Abhi {cause} se jal gaya, kya karun?",
                "{cause} se haath jala, chhaale pad rahe hain",
            ],
            slots: ["cause": ["garam tel", "chai", "bhaap", "istri"]],
            good: [
                """
                Bees minute bahte saade paani ke neeche rakhein. Toothpaste, barf, haldi ya makkhan nahi. Chhaala \
                na phodein, saaf kapde se halka dhakein. Hatheli se bada ho, chehra ya jod jala ho, ya bachcha \
                ho, toh aspataal jayein.
                """
            ],
            wrong: "Toothpaste aur namak mila kar ragdo, chhaale turant phod do."),
        Intent(
            "sunburn",
            ask: [
                "{place} mein dhoop se skin kaali ho gayi", "{place} jana hai, sunscreen kaise lagaun?",
                "Tanning {place} ke baad, hatane ka tareeka",
            ],
            slots: ["place": ["Goa", "cricket ground", "bike par", "khet"]],
            good: [
                """
                SPF 30 ya zyada, bahar nikalne se 15 minute pehle, do ungli bhar, aur har do ghante mein dobara. \
                Jali skin par thanda kapda aur moisturiser. Rang kuch hafton mein khud halka hota hai; chhaale ya \
                bukhaar ho toh doctor se milein.
                """
            ],
            wrong: "Bleach ko raat bhar laga kar so jao, tanning ke saath jalan bhi jayegi."),
        Intent(
            "dog-bite",
            ask: [
                "{animal} ne kaat liya, {time}", "{time} {animal} ne kaata, teeka zaroori hai?",
                "Halka sa kharoch {animal} se, {time}, kya karun?",
            ],
            slots: ["animal": ["kutte", "billi", "bandar"], "time": ["abhi", "kal shaam ko", "subah"]],
            good: [
                """
                Turant 15 minute sabun aur bahte paani se dhoyein, mirch ya haldi na lagayein. Aaj hi aspataal \
                jayein: rabies ka teeka samay par lagna jaan bachata hai, chhoti kharoch par bhi. Tetanus ka bhi \
                poochein.
                """
            ],
            wrong: "Zakhm par mirch bhar do aur das din {animal} ko dekho, teeka lagwana bekaar hai.",
            then: [
                Intent.FollowUp(
                    ask: "Kitne teeke lagte hain?",
                    good:
                        """
                        Doctor zakhm dekh kar tay karte hain, aam taur par kuch hafton mein chaar-paanch dose. \
                        Beech mein na chhodein. Gehra zakhm ho toh immunoglobulin bhi lagta hai.
                        """,
                    wrong: "Ek hi din mein saare teeke ka double dose lagwa lo, phir jana nahi padega.")
            ]),
        Intent(
            "cut",
            ask: [
                "{thing} se kat gaya, khoon nahi ruk raha", "{thing} se ungli kat gayi",
                "{thing} lag gaya, tetanus zaroori hai?",
            ],
            slots: ["thing": ["chaaku", "zang lagi keel", "kaanch", "blade"]],
            good: [
                """
                Saaf kapde se das minute lagataar dabayein aur haath ooncha rakhein, phir saaf paani se dhoyein. \
                Gehra ho, khoon na ruke, ya {thing} ganda tha aur paanch saal se tetanus nahi laga, toh doctor se \
                milein.
                """
            ],
            wrong: "Zakhm mein mitti bhar do, khoon rukte hi so jao, tetanus ka teeka bekaar hai."),
        Intent(
            "prickly-heat",
            ask: [
                "{who} ko ghamauri ho gayi hai", "Garmi ke daane {who} ko, powder lagaun?",
                "{who} ko peeth par chhote daane, garmi se",
            ],
            slots: ["who": ["bachche", "behen", "baby", "papa"]],
            good: [
                """
                Thandi hawa, dheele sooti kapde aur din mein do baar saade paani se nahana kaafi hota hai. Powder \
                kam, baby ki naak ke paas nahi. Peep, bukhaar ya dard ho toh doctor se milein.
                """
            ],
            wrong: "Garam kambal odha kar paseena nikaalo, daane paseene ke saath beh jayenge."),
    ]
}
