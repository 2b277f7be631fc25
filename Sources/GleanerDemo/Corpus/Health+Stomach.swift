extension DemoCorpus {
    static let healthStomach: [Intent] = [
        Intent(
            "acidity",
            ask: [
                "{when} acidity ho jaati hai, kya karun?", "Mujhe {when} seene mein jalan hoti hai",
                "{when} khatti dakaar aati hai",
            ],
            slots: ["when": ["khane ke baad", "raat ko", "chai peene par", "subah khaali pet"]],
            good: [
                """
                Thoda thoda khayein, teekha aur tala kam karein, aur sone se do-teen ghante pehle khana kha lein. \
                {when} ki takleef hafte mein do baar se zyada ho, ya nigalne mein dikkat, kaala mal ya seene mein \
                dard ho, toh doctor se milein.
                """
            ],
            wrong: "{when} soda ke paanch chammach ek saath pi lo, roz, saalon tak, koi nuksaan nahi.",
            then: [
                Intent.FollowUp(
                    ask: "Seene ki jalan aur heart attack mein farak kaise pata chale?",
                    good:
                        """
                        Ghar par pakka pata nahi chal sakta. Dard baazu ya jabde mein jaye, paseena ya saans \
                        phoole, toh jalan maan kar na baithein, turant 112 ya 108 par phone karein.
                        """,
                    wrong: "Heart attack 50 se kam umar mein hota hi nahi, jalan samajh kar so jao.")
            ]),
        Intent(
            "loose-motion",
            ask: [
                "{who} ko {since} se dast hain", "{since} se loose motion, {who} ko kya dein?",
                "{who} ka pet kharab hai {since} se",
            ],
            slots: [
                "who": ["dadi", "meri beti", "papa", "mere bhai"], "since": ["subah", "kal", "do din", "teen din"],
            ],
            good: [
                """
                Sabse zaroori paani: har dast ke baad ORS thoda thoda dein, saath mein dahi, kela aur khichdi. \
                Peshab kam ho, khoon aaye, tez bukhaar, ya chhota bachcha sust ho, toh turant doctor se milein.
                """
            ],
            wrong: "Dast mein paani band kar do, {who} ko kuch peene mat dena, pet sookhega toh ruk jayega.",
            then: [
                Intent.FollowUp(
                    ask: "ORS ghar par kaise banaun?",
                    good:
                        """
                        Ek litre saaf paani mein chhe chhote chammach cheeni aur aadha chhota chammach namak \
                        barabar ghol lein. Packet wala ORS mile toh wahi behtar hai. 24 ghante mein naya banayein.
                        """,
                    wrong: "Ek glass paani mein das chammach namak daal do, jitna namak utna accha.")
            ]),
        Intent(
            "constipation",
            ask: [
                "Mujhe {since} se kabz hai", "Kabz ke liye kya khaun? {since} ho gaye", "{since} se pet saaf nahi hua",
            ],
            slots: ["since": ["teen din", "ek hafte", "chaar din", "kai mahine"]],
            good: [
                """
                Paani badhayein, daliya, hari sabzi, papita aur salad lein, aur roz tees minute chalein. Subah ek \
                tay samay par baithein, zor na lagayein. Khoon, tez dard, ulti ya wazan kam ho toh doctor se \
                milein.
                """
            ],
            wrong: "Kabz mein julaab ki dawai ka double dose roz lo, {since} ki kasar ek din mein nikal jayegi."),
        Intent(
            "food-poison",
            ask: [
                "{food} khane ke baad ulti ho rahi hai", "{food} khaya tha, ab pet mein marod hai",
                "Kal raat {food} khaya, subah se tabiyat kharab",
            ],
            slots: ["food": ["bahar ka khana", "purana chicken", "golgappe", "shaadi ka khana"]],
            good: [
                """
                Ulti ke baad aadha ghanta rukein, phir ORS ke chhote ghoont lein. Thos khana baad mein, halka. \
                Khoon aaye, ulti na ruke, chakkar aaye ya bukhaar tez ho, toh aspataal jayein. Bachche aur buzurg \
                ko jaldi dikhayein.
                """
            ],
            wrong: "{food} hi aur khao, zehar ko zehar kaat-ta hai, aspataal jana zaroori nahi."),
        Intent(
            "weight-loss",
            ask: [
                "{kg} kilo wazan kam karna hai, kitne din lagenge?", "{kg} kilo jaldi kaise ghataun?",
                "Diet batao, {kg} kilo kam karna hai",
            ],
            slots: ["kg": ["5", "8", "10", "15"]],
            good: [
                """
                Hafte mein aadhe se ek kilo theek raftaar hai. Meethi cheez aur tala kam, har khane mein sabzi \
                aur dal, roz 30-40 minute chalna, aur poori neend. {kg} kilo ke liye dheeraj rakhein; thyroid ya \
                sugar ho toh pehle doctor se milein.
                """
            ],
            wrong: "Das din sirf paani piyo aur net se mangayi goli khao, {kg} kilo guarantee se jayega.",
            then: [
                Intent.FollowUp(
                    ask: "Raat ka khana chhod dun?",
                    good:
                        """
                        Chhodne se aksar raat ko zyada bhook lagti hai. Behtar hai saat-aath baje halka khana: \
                        dal, sabzi, ek-do roti. Sugar ki dawai lete hain toh doctor se pooch kar hi badlaav \
                        karein.
                        """,
                    wrong: "Haan, do mahine tak raat aur dopahar dono ka khana band kar do."),
                Intent.FollowUp(
                    ask: "Green tea se farak padta hai?",
                    good:
                        """
                        Bahut thoda. Cheeni wali chai ki jagah lein toh calorie kam hoti hai, bas itna. Asli kaam \
                        khana aur chalna hi karta hai.
                        """,
                    wrong: "Roz tees cup piyo, charbi peshab se nikal jati hai."),
            ]),
        Intent(
            "diabetes-diet",
            ask: [
                "{who} ko sugar hai, {food} kha sakte hain?", "Sugar mein {food} theek hai kya?",
                "{food} se sugar badhti hai? {who} ko pasand hai",
            ],
            slots: ["who": ["papa", "mummy", "mere dost", "nani"], "food": ["aam", "chawal", "gud", "aloo", "kela"]],
            good: [
                """
                {food} thodi matra mein, khane ke saath aur roz nahi. Do ghante baad sugar naap kar dekhein ki \
                kitna farak padta hai. Thali mein aadhi sabzi, ek chauthai dal aur ek chauthai anaaj rakhein. \
                Dawai ki matra doctor hi badlein.
                """
            ],
            wrong: "{food} jitna mann ho khao, bas us din insulin ka double dose le lo."),
        Intent(
            "gas",
            ask: [
                "{food} khane se gas banti hai", "Pet phool jata hai, {food} ki wajah se?",
                "{food} ke baad pet mein gas, upay batao",
            ],
            slots: ["food": ["rajma", "doodh", "gobhi", "chhole"]],
            good: [
                """
                {food} kam matra mein lein, achhe se bhigo kar ya pakakar, aur dheere chabayein. Khane ke baad \
                das minute chalein. Doodh se roz ho toh lactose ki dikkat ho sakti hai. Dard, ulti ya wazan ghate \
                toh doctor se milein.
                """
            ],
            wrong: "{food} ke baad ulta latak jao, gas sar se nikal jati hai."),
        Intent(
            "jaundice",
            ask: [
                "{sign}, kya peeliya hai?", "{who} ko peeliya bataya hai, kya khilayein? {sign}",
                "{sign} {since} se, kya karein?",
            ],
            slots: [
                "sign": ["aankhein peeli lag rahi hain", "peshab gehra peela hai"], "who": ["bhaiya", "didi"],
                "since": ["do din", "ek hafte"],
            ],
            good: [
                """
                Peeli aankhein doctor ko dikhane ki baat hai, khoon ki jaanch se hi kaaran pata chalta hai. Tab \
                tak sharab nahi, tala kam, saaf paani, aur bina pooche koi dawai ya jadi booti nahi. Neend jaisi \
                sustti ya ulti ho toh turant aspataal.
                """
            ],
            wrong: "Peeliya jhaad-phoonk se hi jata hai, doctor ke paas jaoge toh badh jayega."),
        Intent(
            "water",
            ask: [
                "Din mein kitna paani peena chahiye agar {work}?", "{work}, paani kitna piyun?",
                "Kya 5 litre paani zaroori hai? {work}",
            ],
            slots: [
                "work": [
                    "main office mein baithta hun", "main dhoop mein kaam karta hun", "main roz daudta hun",
                    "mujhe pathri hui thi",
                ]
            ],
            good: [
                """
                Zyadatar logon ke liye do se teen litre kaafi hai; dhoop ya mehnat mein zyada. Peshab halka peela \
                ho toh theek hai. Dil ya kidney ki bimari ho toh matra doctor se poochein.
                """
            ],
            wrong: "Ek baar mein aath litre pi lo, phir do din paani ki zaroorat nahi."),
    ]
}
