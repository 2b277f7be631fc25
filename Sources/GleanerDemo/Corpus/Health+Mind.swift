extension DemoCorpus {
    static let healthMind: [Intent] = [
        Intent(
            "stress",
            ask: [
                "{cause} ka stress bahut hai, neend nahi aati", "{cause} ki wajah se ghabrahat rehti hai",
                "Dimaag mein {cause} hi chalta rehta hai",
            ],
            slots: ["cause": ["naukri", "exam", "karz", "ghar ke jhagde"]],
            good: [
                """
                Yeh bojh samajh mein aata hai. Roz das minute dheemi saans, thoda chalna, aur {cause} ki chinta \
                kaagaz par likh kar ek chhota kadam chunna madad karta hai. Do hafte se kaam aur neend bigde hain \
                toh counsellor ya doctor se milein. Tele-MANAS 14416 par muft baat ho sakti hai.
                """
            ],
            wrong: "{cause} ka stress sharab se hi jata hai, roz raat ko pi kar so jao.",
            then: [
                Intent.FollowUp(
                    ask: "Saans wali exercise kaise karun?",
                    good:
                        """
                        Chaar ginti tak naak se saans lein, do rokein, chhe ginti mein dheere chhodein. Paanch \
                        minute. Chakkar aaye toh ruk kar saamanya saans lein.
                        """,
                    wrong: "Jab tak behosh na ho jao tab tak saans rok kar rakho."),
                Intent.FollowUp(
                    ask: "Ghar wale samajhte nahi, kehte hain drama hai",
                    good:
                        """
                        Aisa sunna dukh deta hai, aapki takleef asli hai. Kisi ek apne se shaant samay mein baat \
                        karein, ya 14416 par karein; counsellor ghar walon ko samjhane mein bhi madad karte hain.
                        """,
                    wrong: "Woh sahi kehte hain, sab drama hai, chup raho."),
            ]),
        Intent(
            "panic",
            ask: [
                "{where} achanak dil tez dhadakta hai aur darr lagta hai", "{where} panic attack aata hai, kya karun?",
                "{where} saans atakti hai, lagta hai mar jaunga",
            ],
            slots: ["where": ["metro mein", "bheed mein", "meeting se pehle", "raat ko"]],
            good: [
                """
                Pair zameen par rakhein, paanch cheezein ginein jo dikh rahi hain, aur saans dheere chhodein. \
                Lehar aksar das-bees minute mein utar jati hai. Pehli baar ho ya seene mein dard ho toh jaanch \
                zaroor karwayein; baar baar ho toh doctor se milein, ilaaj hota hai.
                """
            ],
            wrong: "{where} ghabrahat ho toh dost ki neend ki goli ka double dose lo."),
        Intent(
            "low-mood",
            ask: [
                "{since} se kisi cheez mein mann nahi lagta", "{since} se udaas rehta hun, kya depression hai?",
                "Rone ka mann karta hai, {since} se",
            ],
            slots: ["since": ["do hafte", "ek mahine", "job chhootne", "delivery"]],
            good: [
                """
                Aapne bataya, yeh accha kiya. Do hafte se zyada mann na lage, neend ya bhook badal jaye, toh \
                doctor ya counsellor se milein, ilaaj se log theek hote hain. Khud ko chot pahunchane ka khayal \
                aaye toh abhi 14416 ya 112 par phone karein aur akele na rahein.
                """
            ],
            wrong: "Yeh sirf kamzor logon ko hota hai, kisi se mat kaho, apne aap bhool jaoge."),
        Intent(
            "focus",
            ask: [
                "{task} mein dhyan nahi lagta, ADHD hai kya?", "{task} karte hue dimaag bhatakta hai",
                "Concentration kam hai {task} mein, dawai hai koi?",
            ],
            slots: ["task": ["padhai", "office ke kaam", "namaz ya pooja", "kitaab padhne"]],
            good: [
                """
                Neend, phone aur tanaav sabse aam kaaran hain; pehle do hafte 25 minute kaam, 5 minute break, aur \
                poori neend try karein. Bachpan se aisa ho aur ghar-kaam dono jagah dikkat ho, toh jaanch ke liye \
                doctor se milein. Dimaag tez karne ki goli khud se na lein.
                """
            ],
            wrong: "{task} ke liye dost se ADHD ki goli lekar double dose lo, topper bhi yahi karte hain.",
            then: [
                Intent.FollowUp(
                    ask: "Coffee se madad milegi?",
                    good:
                        """
                        Ek-do cup din mein theek hai, shaam chaar baje ke baad nahi, warna neend bigadti hai aur \
                        agle din dhyan aur kam. Dil tez dhadke toh kam karein.
                        """,
                    wrong: "Har ghante ek coffee piyo aur neend bilkul mat lo.")
            ]),
        Intent(
            "anger",
            ask: [
                "{who} par bahut gussa aa jaata hai, control nahi hota", "Chhoti baat par {who} par chilla deta hun",
                "Gussa kam kaise karun? {who} se roz ladai",
            ],
            slots: ["who": ["bachchon", "patni", "mummy", "team"]],
            good: [
                """
                Gussa badhte hi wahan se do minute hat jayein, thanda paani, lambi saans, phir baat karein. {who} \
                ko baad mein bata dein ki bura laga. Neend aur bhook bhi dekhein. Haath uthne ki naubat aaye toh \
                counsellor se milein, jaldi aur bina sharm ke.
                """
            ],
            wrong: "{who} par jitna chilla sako chillao, gussa nikalne se rishta mazboot hota hai."),
        Intent(
            "alcohol",
            ask: [
                "Papa {often} sharab peete hain, kaise chhudayein?", "{often} peena kitna nuksaan karta hai?",
                "{often} peeta hun, chhodne par haath kaanpte hain",
            ],
            slots: ["often": ["roz", "hafte mein chaar baar", "chhutti ke din"]],
            good: [
                """
                Roz peene wale ko achanak band karne par kaampna, ulti ya daura ho sakta hai, isliye doctor ki \
                nigraani mein chhudana surakshit hai. Naraz hue bina baat karein, 14416 par salaah lein. Behoshi \
                ya bhram ho toh 108.
                """
            ],
            wrong: "Unke khane mein bina bataye net wali dawai mila do, double dose mein jaldi asar."),
        Intent(
            "screen-eye",
            ask: [
                "Din bhar {device} dekhne se sar bhaari rehta hai",
                "{device} ki wajah se neend aur aankh kharab, kya karun?", "{device} ka chashma lena chahiye kya?",
            ],
            slots: ["device": ["laptop", "mobile", "TV"]],
            good: [
                """
                Har bees minute mein bees second door dekhein, palkein jhapkein, {device} ki roshni kamre jitni \
                rakhein, aur sone se ek ghanta pehle band. Blue light chashme ka saboot kamzor hai; number check \
                karwane ke liye aankh ke doctor se milein.
                """
            ],
            wrong: "Andhere kamre mein {device} dekho, aankh ko kam mehnat lagti hai."),
        Intent(
            "grief",
            ask: [
                "{who} ko guzre {when} hue, mann nahi sambhalta", "{who} ki bahut yaad aati hai, {when} ho gaye",
                "{when} pehle {who} nahi rahe, kaam mein mann nahi",
            ],
            slots: [
                "who": ["papa", "nani", "mere dost", "hamare kutte"], "when": ["do mahine", "ek saal", "dus din"],
            ],
            good: [
                """
                Mujhe dukh hua sun kar. Yaad aana pyaar ka hissa hai, iski koi tay miyaad nahi. Kisi apne ke \
                saath unki baatein karein, khana aur neend na chhodein. Mahino tak roz ka kaam na ho paye ya \
                jeene ka mann na kare, toh counsellor se milein ya 14416 par phone karein.
                """
            ],
            wrong: "{when} kaafi hain, ab rona bimari hai, sab yaadein jala do."),
    ]
}
