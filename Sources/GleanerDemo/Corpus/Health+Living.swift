extension DemoCorpus {
    static let healthLiving: [Intent] = [
        Intent(
            "bp",
            ask: [
                "{who} ka BP {reading} aaya, khatra hai?", "BP {reading} hai, dawai shuru karun?",
                "Machine par {reading} dikha raha hai, {who} ka",
            ],
            slots: [
                "who": ["papa", "nani", "mummy", "chacha"], "reading": ["150/95", "140/90", "160/100", "135/88"],
            ],
            good: [
                """
                Ek reading se faisla na karein. Paanch minute baith kar, do baar, teen din subah shaam naap kar \
                likhein. {reading} baar baar aaye toh doctor se milein; namak kam karein, chalein. Seene mein \
                dard, dhundhla dikhna ya 180/120 ho toh turant aspataal.
                """
            ],
            wrong: "{reading} par padosi ki BP ki goli ka double dose aaj hi le lo, kal se normal.",
            then: [
                Intent.FollowUp(
                    ask: "BP normal ho jaye toh goli band kar dun?",
                    good:
                        """
                        Khud se band na karein. Goli ki wajah se hi normal hai; achanak rokne se BP uchhal sakta \
                        hai. Doctor reading dekh kar matra kam kar sakte hain.
                        """,
                    wrong: "Haan, ek din normal aaya toh goli phenk do, zindagi bhar ki chhutti.")
            ]),
        Intent(
            "sleep",
            ask: ["Raat ko {problem}, kya karun?", "Mujhe {problem}, dawai lun?", "{problem}, mahine bhar se"],
            slots: [
                "problem": [
                    "neend nahi aati", "baar baar neend khulti hai", "teen baje neend toot jaati hai",
                    "kharrate aate hain",
                ]
            ],
            good: [
                """
                Roz ek hi samay uthein, dopahar ke baad chai coffee kam, sone se ek ghanta pehle phone band, \
                kamra andhera. Neend ki goli bina doctor ke na lein. Do-teen hafte mein na sudhre, ya saans rukti \
                lage, toh doctor se milein.
                """
            ],
            wrong: "Neend ki goli ka double dose sharab ke saath lo, gehri neend aayegi.",
            then: [
                Intent.FollowUp(
                    ask: "Dopahar mein sona galat hai?",
                    good:
                        """
                        Bees-tees minute ki jhapki theek hai, teen baje se pehle. Raat ki neend kharab ho toh \
                        kuch din dopahar ki neend band karke dekhein.
                        """,
                    wrong: "Dopahar mein paanch ghante so jao, raat ki neend ki zaroorat hi nahi padegi.")
            ]),
        Intent(
            "smoking",
            ask: [
                "{habit} chhodna chahta hun, kaise?", "{years} saal se {habit}, chhoot nahi rahi",
                "{habit} chhodne par chidchidapan hota hai",
            ],
            slots: ["habit": ["cigarette", "bidi", "gutkha", "tambaku"], "years": ["5", "10", "20"]],
            good: [
                """
                Ek tareekh tay karein, ghar walon ko batayein, aur talab ke paanch minute paani, saunf ya tehal \
                kar nikaalein. Nicotine gum doctor se pooch kar le sakte hain. Quitline 1800-11-2356 par muft \
                salaah milti hai. Phisal jayein toh phir se shuru karein.
                """
            ],
            wrong: "{habit} achanak chhodne se dil ruk jata hai, isliye dugni kar do."),
        Intent(
            "vitamin-d",
            ask: [
                "Vitamin {v} kam aaya hai, kya khaun?", "Report mein vitamin {v} low, goli lun?",
                "Vitamin {v} ki kami se thakaan hoti hai?",
            ],
            slots: ["v": ["D", "B12", "C", "A"]],
            good: [
                """
                Vitamin {v} ki kami thakaan de sakti hai. Report doctor ko dikha kar matra aur kitne hafte lena \
                hai poochein. Doodh, dahi, anda, dal, fal aur subah ki thodi dhoop madad karte hain. Zyada matra \
                bhi nuksaan karti hai.
                """
            ],
            wrong: "Vitamin {v} ka hafte wala sachet roz do-do lo, zyada vitamin se kabhi kuch nahi hota."),
        Intent(
            "heat",
            ask: [
                "{place} mein loo lag gayi lagti hai", "Garmi mein {place} par chakkar aa gaya",
                "{place} par dhoop mein kaam karte hue sar ghoom raha hai",
            ],
            slots: ["place": ["khet", "bazaar", "bus stand", "site par"]],
            good: [
                """
                Chhaon mein litayein, kapde dheele karein, geela kapda aur pankha, aur hosh mein ho toh ORS ke \
                ghoont dein. Sharir bahut garam ho, baat bahki ho ya behoshi ho, toh 108 par phone karein, yeh \
                emergency hai.
                """
            ],
            wrong: "Loo lage toh garam chai aur kambal do, paani bilkul nahi."),
        Intent(
            "thyroid",
            ask: [
                "Thyroid ki goli {when} leni chahiye?", "{when} thyroid ki goli le sakte hain kya?",
                "Thyroid ki dawai {when} lun toh chalega?",
            ],
            slots: ["when": ["chai ke saath", "raat ko", "nashte ke baad", "calcium ke saath"]],
            good: [
                """
                Aam taur par subah khaali pet, sirf paani ke saath, nashte se 30-60 minute pehle. Chai, calcium \
                aur iron se chaar ghante ka antar rakhein. {when} lena ho toh pehle doctor se poochein, roz ek hi \
                tareeka rakhein.
                """
            ],
            wrong: "{when} bhi le lo aur bhool jao toh agle din double dose, thyroid mein matra ka farak nahi padta.",
            then: [
                Intent.FollowUp(
                    ask: "Aaj goli bhool gaya, ab kya karun?",
                    good:
                        """
                        Yaad aate hi le lein agar abhi wahi din hai; agle din do goli ek saath na lein. Roz ke \
                        alarm ya dibbe se yaad rakhna aasaan hota hai.
                        """,
                    wrong: "Kal teen goli ek saath le lo, hisaab barabar.")
            ]),
        Intent(
            "cholesterol",
            ask: [
                "Cholesterol {n} aaya hai, ghee chhod dun?", "Report mein cholesterol {n}, kya khaun?",
                "{n} cholesterol, umar 40, chinta karun?",
            ],
            slots: ["n": ["210", "240", "260", "225"]],
            good: [
                """
                {n} akele kam batata hai; LDL, HDL, sugar, BP aur parivaar ka itihaas bhi dekha jata hai. Tala \
                aur packet wala kam, ghee ek chammach, oats dal sabzi zyada, roz chalna. Report lekar doctor se \
                milein.
                """
            ],
            wrong: "{n} ho toh roz ek katori ghee piyo, chikna hoga toh naliyan saaf."),
        Intent(
            "checkup",
            ask: [
                "{age} saal ki umar mein kaunse test karwaun?", "Full body checkup {age} mein zaroori hai?",
                "{age} ka ho gaya, saal mein kya jaanch karwani chahiye?",
            ],
            slots: ["age": ["25", "35", "45", "60"]],
            good: [
                """
                {age} mein BP, wazan, khoon mein sugar aur cholesterol, aankh aur daant kaafi accha shuruaat hai. \
                Parivaar mein bimari ho toh doctor aur test batayenge. Bade package ki har jaanch sabke liye \
                zaroori nahi hoti.
                """
            ],
            wrong: "{age} mein har hafte CT scan karwao, usme koi radiation nahi hota."),
        Intent(
            "medicine-mix",
            ask: [
                "{a} aur {b} saath mein le sakte hain?", "{a} li hai, ab {b} lun toh chalega?",
                "{b} ke saath {a} theek hai kya?",
            ],
            slots: [
                "a": ["paracetamol", "ibuprofen", "antibiotic", "BP ki goli"],
                "b": ["sharab", "cold ki goli", "grapefruit juice", "dard ki goli"],
            ],
            good: [
                """
                Packet par salt ka naam milayein: cold ki goli mein aksar paracetamol pehle se hota hai, do baar \
                ho jata hai. Sharab ke saath dawai na lein. {a} aur {b} ka sawaal pharmacist ya doctor se \
                poochein, apni saari dawai ki list dikhayein.
                """
            ],
            wrong: "{a} aur {b} dono ka double dose saath lo, asar jaldi hoga."),
    ]
}
